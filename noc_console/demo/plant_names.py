"""Words that the simulated network is made of."""

from __future__ import annotations

SITES = (
    "north", "harbour", "oldtown", "riverside", "airport", "hilltop", "market", "station", "lakeside", "south",
    "mill", "castle", "forest", "bridge", "meadow", "quarry", "garden", "tower", "valley", "east",
)  # fmt: skip

SURNAMES = (
    "Novak", "García", "Müller", "Rossi", "Silva", "Kowalski", "Dubois", "Ivanova", "Yılmaz", "Nguyen", "Jansen",
    "O'Brien", "Horváth", "Popescu", "Andersson", "Santos", "Žukauskas", "Papadopoulos", "Haddad", "Okafor", "田中",
)  # fmt: skip

GIVEN_NAMES = (
    "Anna", "Luis", "Petra", "Marco", "Elena", "Jan", "Sofía", "Ahmed", "Chloé", "Tomasz", "Ingrid", "Paulo", "Mei",
    "David", "Ioana", "Kofi", "Zoë", "Mateo", "Irena", "Samuel",
)  # fmt: skip

STREETS = (
    "Calle Mayor", "Lindenweg", "Via Roma", "Sadova", "Rua Augusta", "Elm Street", "Hauptstraße", "Rue du Port",
    "Mill Lane", "Atatürk Cd.", "Strada Lungă", "Kungsgatan", "Ulica Długa", "Quay Road", "Station Road",
)  # fmt: skip

HOSTILE_DESCRIPTIONS = (
    b"[bold red]ALERT[/] [link=http://x]click[/link] [/nope]",
    b"\x1b[2J\x1b]0;owned\x07\x1b[31mred alert\r\nsecond line",
    b"Jos\xe9 Garc\xeda, Bj\xf6rkv\xe4gen 4",
    b"\xff\xfe\x00\x80 broken \xc3",
    "right to left \u202eecila\u202c and \u200ezero width\u2028line".encode(),
    b"very long " + b"0123456789abcdef" * 7 + b"ends..",
    b"",
    b"'; DROP TABLE onts; -- %s {0} $HOME",
    b"C100231\x00\x00\x00\x00",
)
"""What has been seen, or feared, in the description column: markup, control sequences, other encodings, nothing."""

BUSINESSES = (
    "City Hospital", "Acme Logistics", "Harbour Bank", "Primary School 4", "Dr. Weber, Dentist", "Café Central",
    "Northern Dairy", "Town Hall", "Hotel Aurora", "Bakery Lindqvist", "Fire Station 2", "Silva & Sons, Lawyers",
)  # fmt: skip
