"""The walking network of an extract with pyrosm: prints nodes, edges and seconds, separated by tabs.

Usage: extract.py FILE.osm.pbf
"""

import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pyrosm

begun = time.perf_counter()
nodes, edges = pyrosm.OSM(sys.argv[1]).get_network(network_type="walking", nodes=True)
print(len(nodes), len(edges), f"{time.perf_counter() - begun:.3f}", sep="\t")
