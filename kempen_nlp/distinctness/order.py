"""Are levels in order: a rank read from other competencies, against the rank at which an indicator stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.chance import adjusted_p, divisions, resample_weights, share_as_extreme
from kempen_nlp.distinctness.concordance import balance, climbs, paired_tau, weighted_tau
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows, Signals

ALPHA = 0.05
VOTE_ALPHA = 0.20
"""Level of one signal's vote on an indicator, two-sided. Two of three that err apart, in the same direction, then
err together in 3 * 2 * 0.10² = 6 % of cases at most; the demand that another rank be nearer takes off the rest."""
REVERSED_ALPHA = 0.10
"""Level of one signal's vote that two levels stand the wrong way round, one-sided: together 3 * 0.10² = 3 %."""
N_SHUFFLES = 199
N_DRAWS = 499
N_RESAMPLES = 200
MIN_REFERENCE = 9
"""With fewer indicators of the same rank elsewhere no reading can be odd enough for a vote on either side."""
PENALTY = 1.0
IN_ORDER, REVERSED, NOT_SHOWN, TOO_FEW = "in order", "reversed", "not shown", "too few indicators to tell"


def read_ranks(rows: Rows, signals: Signals) -> dict[str, Floats]:
    """
    Read a rank from each indicator with what the other competencies teach.

    For each signal a ridge regression of rank is fitted on all other competencies, of all
    frameworks given; the competency itself never takes part, nor do literal copies of its sentences.

    Returns
    -------
    dict of str to ndarray of shape (n_indicators,)
        Signal to readings on the scale of the ranks, drawn towards the middle; nan where there is
        no other competency.
    """
    targets = rows.rank_of[:, None].astype(np.float64)
    return {signal: _left_out(rows, signals.views[signal], targets)[:, 0] for signal in SIGNALS}


def _left_out(rows: Rows, view: NDArray[np.float32], targets: Floats) -> Floats:
    """Return predictions for each column of targets, shape (n_indicators, n_targets), competency by competency."""
    inputs = np.hstack([view.astype(np.float64), np.ones((len(view), 1))])
    penalty = np.full(inputs.shape[1], PENALTY)
    # A hair on the constant column keeps the equations solvable when nothing else does.
    penalty[-1] = 1e-6
    gram, cross = inputs.T @ inputs, inputs.T @ targets
    predicted = np.full(targets.shape, np.nan)
    _, text_of = np.unique([text.casefold() for text in rows.texts], return_inverse=True)
    for number in range(len(rows.names)):
        mine = rows.of_competency(number)
        # A sentence copied into another competency would give its own rank away.
        out = np.flatnonzero(np.isin(text_of, text_of[mine]))
        if len(mine) == 0 or len(out) == len(inputs):
            continue
        left = inputs[out]
        weights = np.linalg.solve(gram - left.T @ left + np.diag(penalty), cross - left.T @ targets[out])
        predicted[mine] = inputs[mine] @ weights
    return predicted


def overall_order(rows: Rows, signals: Signals, readings: dict[str, Floats], *, seed: int) -> pd.DataFrame:
    """
    Say for each signal whether readings follow ranks at all, against ranks shuffled within each competency.

    The regression is fitted anew on every shuffle. Returns columns ``signal, n, tau, chance_high, p``;
    ``tau`` is the mean of Kendall's tau over competencies, ``chance_high`` its 95th percentile by chance.
    """
    rng = np.random.default_rng(seed)
    shuffled = np.tile(rows.rank_of.astype(np.float64)[:, None], (1, N_SHUFFLES))
    for number in range(len(rows.names)):
        mine = rows.of_competency(number)
        shuffled[mine] = rng.permuted(shuffled[mine], axis=0)
    found = []
    for signal in SIGNALS:
        if np.isnan(readings[signal]).all():
            found.append((signal, len(rows.indicators), np.nan, np.nan, np.nan))
            continue
        drawn = _left_out(rows, signals.views[signal], shuffled)
        chance = _mean_taus(rows, shuffled, drawn)
        tau = float(_mean_taus(rows, rows.rank_of[:, None].astype(np.float64), readings[signal][:, None])[0])
        p = share_as_extreme(tau, chance, is_exact=False)
        found.append((signal, len(rows.indicators), tau, float(np.quantile(chance, 0.95)), p))
    return pd.DataFrame(found, columns=["signal", "n", "tau", "chance_high", "p"])


def _mean_taus(rows: Rows, ranks: Floats, readings: Floats) -> Floats:
    """Return the mean of tau over competencies for each column, shape (n_columns,)."""
    taus = []
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        if len(np.unique(rows.rank_of[mine])) > 1:
            taus.append(paired_tau(ranks[mine].T, readings[mine].T))
    return np.mean(taus, axis=0) if taus else np.full(ranks.shape[1], np.nan)


def competency_order(rows: Rows, readings: dict[str, Floats], *, seed: int) -> pd.DataFrame:
    """
    Test for each competency and signal whether readings rise with rank.

    Returns
    -------
    DataFrame of shape (n_competencies * 3, 8)
        Kendall's ``tau`` with a 95 % bootstrap interval, ``p`` against ranks shuffled within the
        competency (one-sided), ``q`` after Benjamini-Hochberg over the competencies.
    """
    rng = np.random.default_rng(seed)
    found = []
    for number, name in rows.own:
        mine = rows.of_competency(number)
        ranks = rows.rank_of[mine]
        for signal in SIGNALS:
            own = readings[signal][mine]
            if len(np.unique(ranks)) < 2 or np.isnan(own).any():
                found.append((name, len(mine), signal, *[np.nan] * 4))
            else:
                found.append((name, len(mine), signal, *_tau_test(ranks, own, rng)))
    table = pd.DataFrame(found, columns=["competency", "n", "signal", "tau", "low", "high", "p"])
    table["q"] = np.nan
    for signal in SIGNALS:
        mine_rows = table["signal"] == signal
        table.loc[mine_rows, "q"] = adjusted_p(table.loc[mine_rows, "p"])
    return table


def _tau_test(ranks: NDArray[np.intp], readings: Floats, rng: np.random.Generator) -> tuple[float, float, float, float]:
    n = len(ranks)
    shuffled = rng.permuted(np.tile(ranks, (N_DRAWS, 1)), axis=1)
    # The ties never change under shuffling, so the count of rising less falling pairs stands for tau.
    p = share_as_extreme(climbs(ranks[None, :], readings)[0], climbs(shuffled, readings), is_exact=False)
    taus = weighted_tau(ranks, readings, resample_weights(n, n_resamples=N_RESAMPLES, rng=rng))
    known = taus[~np.isnan(taus)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    tau = paired_tau(ranks[None, :].astype(np.float64), readings[None, :])[0]
    return float(tau), float(low), float(high), p


def adjacent_order(rows: Rows, readings: dict[str, Floats], *, seed: int) -> pd.DataFrame:
    """
    Test for each pair of neighbouring levels whether the upper reads higher.

    Returns
    -------
    DataFrame of shape (n_pairs * 3, 10)
        ``higher`` is the chance that an indicator of the upper level reads higher than one of the
        lower (0.5: no difference), ``p_up`` and ``p_down`` how often chance does as well, ``q``
        ``p_up`` after Benjamini-Hochberg. ``verdict`` "in order" where ``q`` is at most 0.05,
        "reversed" where ``p_down`` is at most 0.10.
    """
    rng = np.random.default_rng(seed)
    found = list(_adjacent_tests(rows, readings, rng))
    columns = ["competency", "lower_rank", "upper_rank", "n_lower", "n_upper", "signal", "higher", "p_up", "p_down",
               "lowest_p"]  # fmt: skip
    table = pd.DataFrame(found, columns=columns)
    table["q"], able = np.nan, table["lowest_p"] <= ALPHA
    for signal in SIGNALS:
        mine = able & (table["signal"] == signal)
        table.loc[mine, "q"] = adjusted_p(table.loc[mine, "p_up"])
    table["verdict"] = NOT_SHOWN
    table.loc[~able | table["higher"].isna(), "verdict"] = TOO_FEW
    table.loc[able & (table["p_down"] <= REVERSED_ALPHA), "verdict"] = REVERSED
    table.loc[table["q"] <= ALPHA, "verdict"] = IN_ORDER
    return table


def _adjacent_tests(rows: Rows, readings: dict[str, Floats], rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    for number, name in rows.own:
        mine = rows.of_competency(number)
        ranks = rows.rank_of[mine]
        present = np.unique(ranks).tolist()
        for lower, upper in pairwise(present):
            first, second = mine[ranks == upper], mine[ranks == lower]
            ways, is_exact = divisions(len(first), len(second), n_draws=N_DRAWS, rng=rng)
            common = (name, lower, upper, len(second), len(first))
            for signal in SIGNALS:
                own = readings[signal][np.r_[first, second]]
                if np.isnan(own).any():
                    yield *common, signal, np.nan, np.nan, np.nan, 1 / len(ways)
                    continue
                # Among the upper themselves wins and losses cancel, so each needs counting against all only once.
                wins = ways @ balance(own)
                drawn = wins if is_exact else wins[1:]
                p_up = share_as_extreme(wins[0], drawn, is_exact=is_exact)
                p_down = share_as_extreme(-wins[0], -drawn, is_exact=is_exact)
                yield *common, signal, 0.5 + wins[0] / (2 * len(first) * len(second)), p_up, p_down, 1 / len(ways)


def indicator_order(rows: Rows, readings: dict[str, Floats]) -> pd.DataFrame:
    """
    Say for each indicator at which rank it reads, and whether that is odd for where it stands.

    A signal votes when the reading is nearer the mean of another rank, and among the indicators of
    its own rank in *other* competencies at most 1 in 5 read as far off, in either direction. Readings are
    first freed of how high a competency reads as a whole. Two votes for the same
    direction make a flag.

    Returns
    -------
    DataFrame of shape (n_indicators, 5 + 2 * 3)
        ``reads_like_SIGNAL`` and ``p_SIGNAL`` for each signal, ``n_votes``, ``reads_like`` (the
        median of the votes, empty without flag) and ``verdict`` ("flag", "as it stands", or "too
        few indicators to tell").
    """
    columns: dict[str, Any] = {
        "indicator_id": [i.id for i in rows.indicators],
        "competency": [rows.names[c] for c in rows.competency_of],
        "rank": rows.rank_of,
        "text": rows.texts,
    }
    votes = np.zeros((len(rows.indicators), len(SIGNALS)))
    able = np.zeros(len(rows.indicators), dtype=bool)
    for position, signal in enumerate(SIGNALS):
        like, p, n_reference = _odd_readings(rows, _levelled(rows, readings[signal]))
        columns[f"reads_like_{signal}"], columns[f"p_{signal}"] = like, p
        votes[:, position] = np.where(p <= VOTE_ALPHA, np.nan_to_num(like - rows.rank_of), 0)
        able |= n_reference >= MIN_REFERENCE
    up, down = (votes > 0).sum(axis=1), (votes < 0).sum(axis=1)
    columns["n_votes"] = np.maximum(up, down)
    likes = np.column_stack([columns[f"reads_like_{signal}"] for signal in SIGNALS])
    chosen = np.where(np.where(up >= down, 1, -1)[:, None] * votes > 0, likes, np.nan)
    flagged = (columns["n_votes"] >= 2) & able
    # The lower median is a rank that a signal named, never one between two.
    columns["reads_like"] = [
        float(np.sort(row[~np.isnan(row)])[(np.count_nonzero(~np.isnan(row)) - 1) // 2]) if flag else np.nan
        for row, flag in zip(chosen, flagged, strict=True)
    ]
    columns["verdict"] = np.where(flagged, "flag", np.where(able, "as it stands", TOO_FEW))
    table: pd.DataFrame = pd.DataFrame(columns).astype({"reads_like": "Int64"})
    own: pd.DataFrame = table[rows.framework_of == 0]
    return own.reset_index(drop=True)


def _levelled(rows: Rows, readings: Floats) -> Floats:
    """Return readings less what each competency as a whole reads above the others at the same ranks."""
    means = {rank: readings[rows.rank_of == rank].mean() for rank in np.unique(rows.rank_of).tolist()}
    above = readings - np.array([means[rank] for rank in rows.rank_of.tolist()])
    levelled = readings.copy()
    for number in range(len(rows.names)):
        mine = rows.of_competency(number)
        if len(mine):
            levelled[mine] -= above[mine].mean()
    return levelled


def _odd_readings(rows: Rows, readings: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    n, n_ranks = len(readings), int(rows.rank_of.max(initial=1))
    like, p, n_reference = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.intp)
    if np.isnan(readings).any():
        return like, p, n_reference
    for number in range(len(rows.names)):
        mine, others = rows.of_competency(number), rows.competency_of != number
        elsewhere = {r: np.sort(readings[others & (rows.rank_of == r)]) for r in range(1, n_ranks + 1)}
        means = {r: float(values.mean()) for r, values in elsewhere.items() if len(values)}
        ranks, centres = np.array(list(means)), np.array(list(means.values()))
        like[mine] = ranks[np.argmin(np.abs(readings[mine][:, None] - centres[None, :]), axis=1)]
        for row in mine:
            same = elsewhere[int(rows.rank_of[row])]
            n_reference[row] = len(same)
            n_low = 1 + np.searchsorted(same, readings[row] + 1e-9, side="right")
            n_high = 1 + len(same) - np.searchsorted(same, readings[row] - 1e-9, side="left")
            p[row] = min(1.0, 2 * min(n_low, n_high) / (1 + len(same)))
    return like, p, n_reference
