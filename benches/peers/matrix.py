"""Bounded searches from many sites with networkx, and with pandana when it is there.

Usage: matrix.py GRAPH CENTIMETRES PEER...; see `matrix` in src/bin/siting.rs for the file.
Prints a line for each: name, nodes reached, seconds; separated by tabs
"""

import signal
import struct
import sys
import time

import networkx as nx
import numpy as np

data = open(sys.argv[1], "rb").read()
bound = int(sys.argv[2])
edges, nodes = struct.unpack_from("<2I", data, 0)
table = np.frombuffer(data, "<u4", edges * 3, 8).reshape(edges, 3)
(count,) = struct.unpack_from("<I", data, 8 + edges * 12)
sites = np.frombuffer(data, "<u4", count, 12 + edges * 12)
graph = nx.Graph()
graph.add_weighted_edges_from((int(a), int(b), int(cm)) for a, b, cm in table)
begun = time.perf_counter()
reached = 0
for site in sites:
    reached += len(nx.single_source_dijkstra_path_length(graph, int(site), cutoff=bound))
print("networkx", reached, f"{time.perf_counter() - begun:.3f}", sep="\t", flush=True)
if "pandana" in sys.argv[3:]:
    try:
        import pandana
    except ImportError as missing:
        sys.exit(f"pandana: not measured, {missing}")
    import pandas

    # Some networks it never ends with: the process ends itself then.
    signal.alarm(300)
    place = pandas.Series(np.arange(nodes, dtype=float))
    lengths = pandas.DataFrame({"cm": table[:, 2].astype(float)})
    network = pandana.Network(place, place, pandas.Series(table[:, 0]), pandas.Series(table[:, 1]), lengths)
    begun = time.perf_counter()
    found = network.nodes_in_range([int(site) for site in sites], bound)
    print("pandana", len(found), f"{time.perf_counter() - begun:.3f}", sep="\t")
