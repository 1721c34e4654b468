"""Bounded searches from many sites with networkx.

Usage: matrix.py GRAPH CENTIMETRES; see `matrix` in src/bin/siting.rs for the file.
Prints: RESULT nodes seconds
"""

import struct
import sys
import time

import networkx as nx
import numpy as np

data = open(sys.argv[1], "rb").read()
(edges,) = struct.unpack_from("<I", data, 0)
table = np.frombuffer(data, "<u4", edges * 3, 4).reshape(edges, 3)
(count,) = struct.unpack_from("<I", data, 4 + edges * 12)
sites = np.frombuffer(data, "<u4", count, 8 + edges * 12)
graph = nx.Graph()
graph.add_weighted_edges_from((int(a), int(b), int(cm)) for a, b, cm in table)
begun = time.time()
nodes = 0
for site in sites:
    nodes += len(nx.single_source_dijkstra_path_length(graph, int(site), cutoff=int(sys.argv[2])))
print("RESULT", nodes, f"{time.time() - begun:.3f}")
