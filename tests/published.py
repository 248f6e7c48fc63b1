"""Series with published results, typed from their sources, for tests of methods."""

import numpy as np
import pandas as pd


def nile():
    """Return the annual flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978)."""
    from statsmodels.datasets import nile

    data = nile.load_pandas().data
    years = pd.PeriodIndex(data["year"].astype(int).astype(str), freq="Y")
    return pd.Series(data["volume"].to_numpy(), index=years, name="1e8 m3")


def real_interest():
    """Return the US ex-post real interest rate of Garcia and Perron (1996), percent.

    Quarterly, 1961 to 1986. The example of Bai and Perron, *J. Applied Econometrics*
    18 (2003), 1; distributed as ``RealInt`` with the R package strucchange, from where
    the repository cacoleman16/tsecon has it in fixtures/realint_bai_perron.csv.
    """
    text = """
    1.99132 0.00403 2.27000 0.84833 1.89112 -0.28000 3.68431 1.62478 1.21599 1.28373
    1.70141 3.16687 2.32779 2.26202 1.91218 3.53196 -0.31777 3.44694 1.52422 0.74268
    1.31541 0.36646 3.59562 3.65740 0.97494 -0.53280 1.12681 0.31123 0.57834 1.08163
    0.24977 0.23792 -0.32653 1.14733 1.19323 2.58962 0.01195 2.63842 0.42092 2.58823
    -2.19809 2.89548 1.82130 0.86332 0.67496 0.34435 1.22762 -2.83991 -1.81630 -2.22965
    -1.58457 -6.31184 -2.46258 -5.61479 -3.53887 1.01780 -1.58875 -1.85396 -0.25670
    2.42226 -1.29502 -0.48977 1.21167 -4.85498 -3.59900 0.17094 1.51603 -1.85304
    -5.60478 -1.25767 0.96658 -3.09451 -5.26773 -4.03154 -1.76618 -5.73978 3.83047
    0.52007 -0.18033 3.82808 3.01171 2.75289 11.74184 9.91701 3.03444 10.15143 9.29177
    6.87498 2.43675 4.37202 6.77774 4.16692 5.65037 5.17734 9.41206 3.77006 4.24568
    4.53154 3.39706 8.93951 4.20825 3.43461 4.30529
    """
    quarters = pd.period_range("1961Q1", "1986Q3", freq="Q")
    return pd.Series([float(x) for x in text.split()], index=quarters, name="percent")


def driver_deaths():
    """Return car drivers killed or seriously injured in Great Britain, 1969 to 1984.

    Monthly. Harvey and Durbin, *J. Royal Statistical Society A* 149 (1986), 187;
    ``UKDriverDeaths`` in R, typed from feauazmu/strucchange_python, datasets.py.
    """
    text = """
    1687 1508 1507 1385 1632 1511 1559 1630 1579 1653 2152 2148 1752 1765 1717 1558
    1575 1520 1805 1800 1719 2008 2242 2478 2030 1655 1693 1623 1805 1746 1795 1926
    1619 1992 2233 2192 2080 1768 1835 1569 1976 1853 1965 1689 1778 1976 2397 2654
    2097 1963 1677 1941 2003 1813 2012 1912 2084 2080 2118 2150 1608 1503 1548 1382
    1731 1798 1779 1887 2004 2077 2092 2051 1577 1356 1652 1382 1519 1421 1442 1543
    1656 1561 1905 2199 1473 1655 1407 1395 1530 1309 1526 1327 1627 1748 1958 2274
    1648 1401 1411 1403 1394 1520 1528 1643 1515 1685 2000 2215 1956 1462 1563 1459
    1446 1622 1657 1638 1643 1683 2050 2262 1813 1445 1762 1461 1556 1431 1427 1554
    1645 1653 2016 2207 1665 1361 1506 1360 1453 1522 1460 1552 1548 1827 1737 1941
    1474 1458 1542 1404 1522 1385 1641 1510 1681 1938 1868 1726 1456 1445 1456 1365
    1487 1558 1488 1684 1594 1850 1998 2079 1494 1057 1218 1168 1236 1076 1174 1139
    1427 1487 1483 1513 1357 1165 1282 1110 1297 1185 1222 1284 1444 1575 1737 1763
    """
    return np.array([float(x) for x in text.split()])


def new_haven():
    """Return yearly temperatures in New Haven, 1912 to 1971, degrees Fahrenheit.

    Vaux and Brinker (1972); ``nhtemp`` in R, typed from the same file.
    """
    text = """
    49.9 52.3 49.4 51.1 49.4 47.9 49.8 50.9 49.3 51.9 50.8 49.6 49.3 50.6 48.4 50.7
    50.9 50.6 51.5 52.8 51.8 51.1 49.8 50.2 50.4 51.6 51.8 50.9 48.8 51.7 51.0 50.6
    51.7 51.5 52.1 51.3 51.0 54.0 51.4 52.7 53.1 54.6 52.0 52.0 50.9 52.6 50.2 52.6
    51.6 51.9 50.5 50.9 51.7 51.4 51.7 50.8 51.9 51.8 51.9 53.0
    """
    years = pd.period_range("1912", "1971", freq="Y")
    return pd.Series([float(x) for x in text.split()], index=years, name="degrees F")
