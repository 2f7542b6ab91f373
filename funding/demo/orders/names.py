"""Names of the made-up world: towns that are on no map, people whom nobody bears the name of together."""

from __future__ import annotations

from segur.regulation.schema import Vat

TOWNS = (
    *("Valbrune", "Plessac", "Argelle", "Orvane", "Sérignoux", "Montlieurac", "Fontarcelle", "Brévanges"),
    *("Castelmire", "Aubresac", "Lormeville", "Vireselle", "Tournalbe", "Peyrolanges", "Saint-Orvin", "Chantelourbe"),
    *("Grandvaure", "Ternavelle", "Courlezac", "Vauxmérie", "Lisombre", "Hautecendre", "Malvernoux", "Port-Ambrel"),
    *("Kerlozan", "Ploumarzec", "Guervalan", "Locmorian", "Saint-Thévenac", "Merlusac", "Bréhannec", "Ombreval"),
    *(
        "Nérignolles",
        "Castérolles",
        "Bourg-Sémillac",
        "Sainte-Alvine",
        "Étrevaux",
        "Crèvelande",
        "Falméry",
        "Drugnelle",
    ),
    *("Wasselbruck", "Niederhalm", "Ottenbruch", "Rosenwiller-Neuf", "Grauzenheim", "Verquinelle", "Hallembecque"),
    *("Zuytbourg", "Armenville", "Estrécourt", "Bavinchel", "Clairmesnil", "Yvrecourt", "Granvert", "Lessandre"),
    *("Coutrevigne", "Mortefleur", "Vendrelle", "Marennac", "Royancourt", "Blayzac", "Médocelle", "Dacquigny"),
    *("Mimizelle", "Oloronnet", "Tarbelle", "Lourdines", "Pamierol", "Mirepeyre", "Limouxel", "Narbelle"),
    *("Bézierac", "Sétanville", "Lunelles", "Aiguefère", "Sauveroche", "Torrevieille", "Piedragelle", "Aiglemère"),
    *("Sisteroux", "Digneval", "Embrunelle", "Briançole", "Voironnet", "Tullambert", "Annecelle", "Bonnemorte"),
)

#: Towns of overseas territories, with the VAT that an order of theirs bears.
OVERSEAS = {
    "Anse-Bellerive": Vat.EIGHT_AND_A_HALF,
    "Morne-Doré": Vat.EIGHT_AND_A_HALF,
    "Pointe-Cannelle": Vat.EIGHT_AND_A_HALF,
    "Trois-Palmistes": Vat.EIGHT_AND_A_HALF,
    "Saint-Alban-du-Fleuve": Vat.NONE,
    "Roche-Blanche-du-Fleuve": Vat.NONE,
}

GIVEN_NAMES = (
    *("Anne", "Malik", "Solène", "Étienne", "Inès", "Gaëtan", "Yasmine", "Hubert", "Clara", "Thierry", "Nawel"),
    *("Rémi", "Judith", "Karim", "Odile", "Florent", "Maëlle", "Samuel", "Agathe", "Bruno", "Leïla", "Corentin"),
)
FAMILY_NAMES = (
    *("Vaubrelle", "Keranvel", "Dussoubre", "Montagnol", "Larrivère", "Benhamza", "Quillevan", "Estrabaud"),
    *("Fauconneau-Lys", "Rozenberghe", "Palombière", "Chastrelle", "Guermantel", "Ozanneau", "Tribouillard-Mas"),
    *("Zérourine", "Vandermosse", "Lacassoule", "Bréguignon", "Mercadiol", "Sauvegrin", "Hautbourdel", "Navarrelle"),
)


def person(rank: int) -> tuple[str, str]:
    """Given and family name; ranks nearer than a few hundred never share both."""
    return GIVEN_NAMES[rank % len(GIVEN_NAMES)], FAMILY_NAMES[rank % len(FAMILY_NAMES)]
