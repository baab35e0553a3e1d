"""Invented competencies that the test documents are made of, as plain data."""

from __future__ import annotations


def competency(name, definition, *levels):
    """A level is (headline or None, sentence, sentence, …), from rank 1 up; None leaves a rank out."""
    return {
        "name": name,
        "definition": definition,
        "levels": [
            {"rank": rank, "headline": level[0], "indicators": list(level[1:])}
            for rank, level in enumerate(levels, start=1)
            if level is not None
        ],
    }


HAVEN = [
    competency(
        "Veilig varen",
        "Het schip en de bemanning onder alle omstandigheden heel houden.",
        (None, "Draagt het reddingsvest zodra het dek nat is.", "Meldt losse trossen bij de schipper."),
        (None, "Loopt voor vertrek de lijst met controles na.", "Spreekt een matroos aan die zonder helm werkt.",
         "Houdt rekening met stroming en diepgang bij het aanleggen."),
        (None, "Past de regels aan na een bijna-ongeval.", "Oefent elk kwartaal een ontruiming met alle bemanningen."),
    ),
    competency(
        "Lading beheren",
        "Zorgen dat goederen volledig en onbeschadigd op de kade komen.",
        (None, "Telt de kisten en schrijft het aantal op.", "Zet breekbare waar bovenop."),
        (None, "Verdeelt het gewicht over de ruimen.", "Vraagt door als de vrachtbrief niet klopt met de lading."),
        (None, "Onderhandelt met rederijen over de volgorde van lossen.", "Voorspelt drukte op de kade en plant daar kranen bij.",
         "Verkort de wachttijd door met de terminal afspraken te maken."),
    ),
    competency(
        "Wacht lopen",
        "Alert blijven, ook als er uren niets gebeurt.",
        (None, "Blijft wakker tijdens de hondenwacht.", "Noteert ieder uur de positie."),
        (None, "Herkent aan het geluid dat een motor hapert.", "Draagt de wacht over met een korte samenvatting."),
        (None, "Stelt het rooster zo op dat iedereen uitgerust aan dek komt.", "Leert leerlingen waar zij op moeten letten."),
    ),
]  # fmt: skip

BAKKERIJ = [
    competency(
        "Deeg kneden",
        None,
        ("Werkt volgens recept.", "Weegt meel en water af.", "Kneedt tot het deeg loslaat."),
        ("Past het recept aan.", "Voelt wanneer het deeg meer water nodig heeft.", "Houdt rekening met de temperatuur van de bakkerij."),
        ("Ontwikkelt nieuwe recepten.", "Bedenkt elk seizoen een brood met lokaal graan.", "Laat klanten proeven en verwerkt hun oordeel."),
        ("Bepaalt wat de bakkerij bakt.", "Kiest met welke molens de bakkerij werkt.", "Zet een opleiding voor jonge bakkers op."),
    ),
    competency(
        "Klanten ontvangen",
        None,
        ("Staat klanten te woord.", "Groet iedereen die binnenkomt.", "Pakt het brood netjes in."),
        ("Denkt mee met klanten.", "Raadt een ander brood aan als iets op is.", "Onthoudt wat vaste klanten graag eten."),
        ("Lost klachten op.", "Biedt een nieuw brood aan als het oude droog was.", "Bespreekt klachten wekelijks met de bakkers."),
        ("Verzint hoe de winkel klanten trekt.", "Regelt een kraam op de zaterdagmarkt.", "Meet of acties nieuwe klanten opleveren."),
    ),
    competency(
        "Oven bedienen",
        None,
        ("Zet de oven op tijd aan.", "Leest de temperatuur af.", "Haalt brood eruit als de wekker gaat."),
        ("Bakt gelijkmatig.", "Draait de platen halverwege om.", "Hoort aan het kloppen of een brood gaar is."),
        ("Verhelpt storingen.", "Vervangt zelf een kapotte dichting.", "Verplaatst de productie als een oven uitvalt."),
        ("Vernieuwt de bakkerij.", "Berekent wat een zuinige oven bespaart.", "Overtuigt de eigenaar van een investering."),
    ),
]  # fmt: skip
