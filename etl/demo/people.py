"""Invented people and clubs. Nobody here exists; a name that does is a coincidence."""

from typing import Final

FIRST_NAMES: Final = (
    "Aldo", "Anselm", "Arlo", "Astrid", "Barnaby", "Bastian", "Beckett", "Birgit", "Bram", "Caius", "Calla", "Casimir",
    "Cleo", "Corin", "Dashiell", "Delphine", "Dorian", "Edda", "Elio", "Émile", "Enzo", "Esme", "Fabian", "Fergus",
    "Finnian", "Freya", "Gideon", "Greta", "Hale", "Henrik", "Ida", "Ignatius", "Imre", "Ines", "Isolde", "Ivo", "Jory",
    "Juno", "Kaspar", "Keir", "Lars", "Leif", "Linnea", "Lorcan", "Lucan", "Magnus", "Malachi", "Maren", "Milo",
    "Nadia", "Nils", "Noor", "Odin", "Orla", "Oskar", "Otis", "Petra", "Quill", "Rafferty", "Ragnar", "Renée", "Rufus",
    "Saskia", "Silas", "Søren", "Stellan", "Tamsin", "Tavish", "Thaddeus", "Torben", "Ulla", "Viggo", "Wilhelmina",
    "Xander", "Yara", "Zephyr", "Zoë",
)  # fmt: skip
LAST_NAMES: Final = (
    "Abernook", "Ashgrove", "Ballantree", "Birkmoor", "Blackfen", "Brandvold", "Brightwater", "Calderwick", "Carrowby",
    "Coldwell", "Crestfall", "Dahlstrand", "Drumlin", "Dunmarsh", "Eastholm", "Eldergate", "Falkenrath", "Fennimore",
    "Frostmere", "Galewind", "Glenharrow", "Grimsdahl", "Hartwhistle", "Hawkstone", "Hollowell", "Icebrook", "Ironside",
    "Jarnvik", "Karlsvale", "Kestrelby", "Kilbrack", "Langmire", "Larkspur", "Lindqvale", "Lockridge", "Marchbank",
    "Mossberger", "Nightingall", "Nordhaven", "Oakenfold", "Ostermark", "Pennyfarth", "Pinecroft", "Quenneville-Moss",
    "Ravensworth", "Redfern", "Rimecroft", "Rookwood", "Saltmarsh", "Silverlake", "Skarsund", "Snowdale", "Stormgaard",
    "Tarnhollow", "Thistlewood", "Thorsmark", "Underhill", "Vandermeer", "Vexley", "Waldenfjord", "Westerlund",
    "Whitlock", "Wintercombe", "Wolverley", "Yarrowdale", "Zandvoort",
)  # fmt: skip
# names that break careless programs: they come first, so that every demo league has them
AWKWARD_NAMES: Final = (
    ("Padraig", "O'Brindle"),
    ("Renée", "Lefèvre-Nørgaard"),
    ("José", "Muñárriz"),
    ("Hollis", "Thornquist, Jr."),
    ('Aksel "Ace"', "Brännström"),
    ("Łucja", "D'Ambrosini"),
)
# name, code, colours
CLUBS: Final = (
    ("Harbor Lanterns", "HAR", "#1F4E79", "#F2C14E"),
    ("Copper Foxes", "COP", "#B5651D", "#2B2B2B"),
    ("Granite Owls", "GRA", "#6C757D", "#E9ECEF"),
    ("Midnight Otters", "MID", "#14213D", "#8ECAE6"),
    ("Paper Wolves", "PAP", "#F8F4E3", "#9B2226"),
    ("River Comets", "RIV", "#0A9396", "#FFD166"),
    ("Thunder Moose", "THU", "#5F0F40", "#FB8B24"),
    ("Velvet Hammers", "VEL", "#7B2CBF", "#C8B6FF"),
    ("Amber Pikes", "AMB", "#CA6702", "#001219"),
    ("Frost Badgers", "FRO", "#ADE8F4", "#03045E"),
    ("Iron Kites", "IRO", "#495057", "#D00000"),
    ("Juniper Bears", "JUN", "#386641", "#F2E8CF"),
)
