"""What names of columns and values in tables of findings and measurements are called in Dutch."""

from __future__ import annotations

from collections.abc import Mapping

from kempen_nlp.dutch import HEADINGS, POLARITY_TERMS, STATE_TERMS

SIGNAL_TERMS = {"lexical": "woorden", "semantic": "betekenis", "markers": "niveauwoorden"}
FAULT_TERMS = {
    "ranks shuffled": "niveaus door elkaar (niets te vinden)", "nothing": "handboek zoals het is",
    "levels exchanged": "twee buurniveaus verwisseld", "levels merged": "twee buurniveaus vermengd",
    "lowest and highest level exchanged": "laagste en hoogste niveau verwisseld",
    "indicator moved by 1": "indicator 1 niveau verplaatst", "indicator moved by 2": "indicator 2 niveaus verplaatst",
    "indicator moved by 3": "indicator 3 niveaus verplaatst", "duplicate: copy": "indicator gekopieerd",
    "duplicate: degree word": "kopie met ander graadwoord", "duplicate: words dropped": "kopie met woorden minder",
    "duplicate: clauses exchanged": "kopie met delen omgewisseld",
    "duplicate: other words": "zelfde gedrag in heel andere woorden", "duplicate: denied": "kopie met ‘niet’",
    "indicators mixed over competencies": "indicatoren over competenties gehusseld",
}  # fmt: skip
RULE_TERMS = {
    "empty level": "Niveaus zonder indicator",
    "one indicator": "Niveaus met één indicator",
    "missing definition": "Competenties zonder definitie",
    "unequal counts": "Heel verschillende aantallen indicatoren",
    "headline repeats an indicator": "Kernzin en indicator zeggen hetzelfde",
    "same opening": "Zinnen op twee niveaus die hetzelfde beginnen",
    "compound indicator": "Indicatoren die meer dan één ding vragen",
    "vague words": "Woorden die iedere lezer anders invult",
    "long sentence": "Lange zinnen",
    "hard to read": "Moeilijk leesbare zinnen",
}
LOW, HIGH = "van (95 %)", "tot (95 %)"
CHECK_HEADINGS = {
    "urgency": "urgentie", "what": "wat", "ranks": "niveaus", "text": "tekst", "why": "waarom",
    "other_text": "andere tekst", "sharpen": "het handboek zelf", "n": "indicatoren",
    "order_votes": "signalen voor volgorde", "order": "volgorde", "put_back_votes": "signalen die terugplaatsen",
    "n_confusable": "zelfde op twee niveaus", "n_misplaced": "leest als ander niveau", "lower_rank": "onderste niveau",
    "upper_rank": "bovenste niveau", "n_lower": "indicatoren onder", "n_upper": "indicatoren boven",
    "distinct_votes": "signalen voor onderscheid", "reversed_votes": "signalen voor omkering",
    "overlap_votes": "signalen zonder verschil", "distinct": "onderscheid", "is_blurred": "vloeit over",
    "signal": "signaal", "within_lower": "gelijkenis binnen onder", "within_upper": "gelijkenis binnen boven",
    "between": "gelijkenis tussen", "margin": "verschil", "low": LOW, "high": HIGH, "effect": "effect",
    "lowest_p": "laagst mogelijke p", "verdict": "oordeel", "rule": "regel", "rank": "niveau",
    "indicator_id": "indicator", "finding": "opmerking", "first": "raamwerk 1", "second": "raamwerk 2",
    "answers": "beantwoorden elkaar", "names": "namen", "answers_to": "leest als niveau", "shift": "verschuiving",
    "side": "kant", "nearest": "dichtstbij", "reads_like": "leest als", "n_votes": "stemmen", "kind": "soort",
    "contrast": "contrast", "contrast_words": "woorden van het contrast", "votes": "signalen",
    "closeness": "nabijheid", "only_in_a": "alleen in a", "only_in_b": "alleen in b",
    "same_markers": "zelfde niveauwoorden", "right": "teruggeplaatst", "chance": "door toeval",
    "higher": "kans dat boven hoger leest", "competency": "competentie",
}  # fmt: skip
"""Columns of what ``kempen check`` and ``kempen crosswalk`` write."""
_MEASURED = {
    "class": "competentie", "f1": "F1", "precision": "precisie", "recall": "gevonden deel", "n_true": "staan er",
    "n_predicted": "toegewezen", "reading": "lezing", "measure": "maat", "value": "waarde", "n": "n",
    "macro_f1": "macro-F1", "kappa": "kappa", "kappa_low": "kappa van", "kappa_high": "kappa tot",
    "n_comments": "opmerkingen", "n_labels": "labels", "n_test_labels": "labels in de test", "group": "groep",
    "wanted": "gevraagde precisie", "threshold": "grens", "precision_low": "precisie van",
    "precision_high": "precisie tot", "coverage": "gevonden deel", "coverage_low": "gevonden van",
    "coverage_high": "gevonden tot", "n_assigned": "toewijzingen", "annotators": "volgens de lezers",
    "model": "volgens het model", "example": "voorbeeld", "part": "zonder", "macro_difference": "draagt bij (F1)",
    "macro_low": "F1 van", "macro_high": "F1 tot", "kappa_difference": "draagt bij (kappa)",
    "polarity_f1": "F1 ontwikkelpunt", "off_topic": "ten onrechte", "calibration_error": "ijkfout",
    "phenomenon": "wat verandert", "passed": "goed", "gain": "winst", "gain_low": "winst van",
    "gain_high": "winst tot", "mean_probability": "genoemde kans", "observed": "kwam uit",
    "none_auc": "AUC geen bewijs", "off_by_two": "twee of meer mis", "alpha": "alfa", "n_units": "eenheden",
    "n_values": "oordelen",
}  # fmt: skip
_FOUND = {
    "person": "medewerker", "profile": "profiel", "required": "vereist", "found": "gevonden", "status": "stand",
    "n_strengths": "sterke punten", "n_developments": "ontwikkelpunten", "n_persons": "medewerkers",
    "surpassed": "onder vereist", "desired": "op vereist", "growth": "boven vereist", "too_little": "te weinig bewijs",
    "definition": "definitie", "headline": "kernzin", "first_line": "eerste regel", "last_line": "laatste regel",
    "framework": "raamwerk", "fault": "ingeplant", "plant": "veranderd", "share": "aandeel", "tau": "tau",
    "chance_high": "toeval blijft onder", "p": "p", "q": "q", "semantic": "betekenis", "semantic_low": "betekenis van",
    "semantic_high": "betekenis tot", "semantic_q": "betekenis q", "lexical": "woorden", "lexical_p": "woorden p",
    "lexical_rank": "woorden: niveau", "semantic_rank": "betekenis: niveau", "markers_rank": "niveauwoorden: niveau",
    "competency_a": "competentie", "rank_a": "niveau", "text_a": "zin", "competency_b": "andere competentie",
    "rank_b": "ander niveau", "text_b": "andere zin", "order": "volgorde", "word": "woord", "influence": "invloed",
    "n_per_level": "indicatoren per niveau", "used_for": "regels gebruikt voor",
}  # fmt: skip
COLUMN_TERMS = {**CHECK_HEADINGS, **HEADINGS, **_FOUND, **_MEASURED, "text": "tekst"}
"""Names of columns of every table that a notebook shows."""
_COMMON = {"none": "geen bewijs", "macro": "gemiddeld", "micro": "alle samen", "mean": "gemiddeld", "all": "alle"}
CUE_TERMS = {
    "development": "ontwikkelpunt", "negation": "ontkenning", "double_negation": "dubbele ontkenning", "wish": "wens",
    "hypothetical": "veronderstelling", "past": "verleden", "other_person": "een ander", "scope_own": "eigen werk",
    "initiative": "initiatief", "influence": "invloed", "organisation": "organisatie",
}  # fmt: skip
_VERDICTS = {
    "in order": "op volgorde", "reversed": "omgekeerd", "not shown": "niet aangetoond", "distinct": "onderscheiden",
    "too few indicators to tell": "te weinig indicatoren om iets te zeggen", "flag": "gevlagd",
    "as it stands": "staat goed", "worth it": "de moeite waard", "helps a little": "helpt iets",
    "hardly helps": "helpt nauwelijks", "cannot be told": "niet te zeggen",
}  # fmt: skip
_MEASURES = {
    "recall": "gevonden", "false alarm": "vals alarm", "flagged": "gevlagd", "pair reversed": "paar omgekeerd",
    "some pair reversed": "een of meer paren omgekeerd", "pair blurred": "paar vloeit over",
    "indicator flagged": "indicator gevlagd", "pair flagged": "paar gevlagd",
    "recall where n allows": "gevonden, waar het aantal dat toelaat", "other competency reversed": "andere omgekeerd",
    "other competency blurred": "andere vloeit over", "pair of levels distinct": "paar niveaus onderscheiden",
    "neighbours in order": "buren op volgorde", "neighbours reversed": "buren omgekeerd",
    "neighbours blurred": "buren vloeien over", "competency in order": "competentie op volgorde",
    "indicator misplaced": "indicator leest anders", "quadratic_kappa": "kappa (kwadratisch)",
    "mean_rank_error": "gemiddelde misser in niveaus", "share_exact": "precies goed",
    "share_off_by_two": "twee of meer mis", "competency answered": "competentie beantwoord",
    "half of a divided competency answered": "helft van een verdeelde competentie beantwoord",
    "other pair answers": "ander paar beantwoord", "orphan named": "competentie zonder antwoord genoemd",
    "true rank inside the interval": "echte niveau in het interval", "answer within one rank": "hoogstens een mis",
    "shift to higher": "verschuiving naar hoger", "shift to lower": "verschuiving naar lager",
}  # fmt: skip
_PARTS = {
    "everything": "niets: het hele model", "cues": "signaalwoorden", "level markers": "niveauwoorden",
    "level texts": "teksten van niveaus", "indicators": "indicatoren", "qualifiers": "kwalificaties",
    "calibration": "ijking", "context of a segment": "de rest van de opmerking",
    "fine-tuned encoder (general one instead)": "eigen encoder (algemene in de plaats)",
}  # fmt: skip
_PHENOMENA = {
    **CUE_TERMS, "degree": "graad", "autonomy": "zelfstandigheid", "scope": "reikwijdte", "horizon": "termijn",
    "contrast": "tegenstelling", "competency_swap": "andere competentie", "named_not_shown": "genoemd, niet getoond",
}  # fmt: skip
VALUE_TERMS: Mapping[str, Mapping[str, str]] = {
    "state": STATE_TERMS,
    "polarity": POLARITY_TERMS,
    "status": {"growth": "boven vereist", "desired": "op vereist", "surpassed": "onder vereist"},
    "signal": SIGNAL_TERMS,
    "votes": SIGNAL_TERMS,
    "fault": FAULT_TERMS,
    "rule": RULE_TERMS,
    "verdict": _VERDICTS,
    "measure": _MEASURES,
    "reading": {"strict": "streng", "lenient": "ruim"},
    "class": {**_COMMON, **CUE_TERMS},
    "competency": _COMMON,
    "annotators": _COMMON,
    "model": _COMMON,
    "phenomenon": {**_COMMON, **_PHENOMENA},
    "part": _PARTS,
    "stratum": {"far": "ver uiteen", "middle": "ertussenin", "near": "dicht bijeen"},
    "reader_1": {"confusable": "verwarbaar", "distinct": "onderscheiden"},
    "name": {**_COMMON, **_PHENOMENA, **_PARTS},
    "what": {"macro-F1": "macro-F1", "rank kappa": "niveau: kappa"},
    "used_for": {
        "colour legend": "kleurlegenda", "competency": "competentie", "definition": "definitie", "headline": "kernzin",
        "indicator": "gedragsindicator", "level": "niveau", "level scheme": "uitleg van niveaus",
        "not applicable": "niet van toepassing", "profile": "functieprofiel", "specialisation": "specialisatie",
        "title": "titel",
    },
    "side": {"first": "raamwerk 1", "second": "raamwerk 2"},
    "plant": {
        "other half of the indicators": "de andere helft van de indicatoren",
        "all indicators in other words": "alle indicatoren in andere woorden",
        "copy one rank lower": "kopie, een niveau lager", "copy at the same ranks": "kopie op dezelfde niveaus",
    },
    "kind": {
        "within a competency": "binnen een competentie", "across competencies": "tussen competenties",
        "between frameworks": "tussen raamwerken", "within": "binnen een competentie",
        "across": "tussen competenties", "between": "tussen raamwerken",
        "register": "soort tekst", "sector": "sector", "writer": "schrijver",
        "variety": "taalvariant",
    },
    "group": {"anecdote": "verhaal", "form": "formulier", "peer360": "360 graden", "telegram": "telegramstijl",
              "Flemish": "Vlaams", "other": "overig"},
}  # fmt: skip
"""By column: what its values are called. Other columns, those with texts above all, stay as they are."""


def term(column: str, value: str) -> str:
    """
    Return a value as the Dutch say it; each half of what a colon divides by itself.

    Examples
    --------
    >>> term("measure", "recall: pair flagged"), term("text", "none"), term("annotators", "Coachen only")
    ('gevonden: paar gevlagd', 'none', 'alleen Coachen')
    """
    known = VALUE_TERMS.get(column, {})
    if value in known or not known:
        return known.get(value, value)
    if column == "annotators" and value.endswith(" only"):
        return f"alleen {value.removesuffix(' only')}"
    return ": ".join(known.get(part, part) for part in value.split(": "))
