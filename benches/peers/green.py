"""The bounded search from all gates with the peers that are named, as far as they are there: prints each
name and its seconds, the best of three times; separated by tabs. Scipy's distances are compared node by
node; pandana puts a gate on its nearest node, so that its distances are another's.

Usage: green.py FOLDER CENTIMETRES PEER...
"""

import pathlib
import signal
import sys
import time

import numpy
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

PATIENCE = 60
folder, bound, peers = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
edges = numpy.loadtxt(folder / "edges.csv", delimiter=",", dtype=numpy.int64)
seeds = numpy.loadtxt(folder / "seeds.csv", delimiter=",", dtype=numpy.int64)
nodes = numpy.loadtxt(folder / "nodes.csv", delimiter=",", dtype=numpy.int64)
count = len(nodes)


def best(work):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return result, min(times)


# Gates stand beside nodes: a node of its own for each way from a gate to an end of its edge. Scipy
# takes an edge of no length for none, so that those get a millionth of a centimetre.
first = numpy.concatenate([edges[:, 0], numpy.arange(count, count + len(seeds))])
second = numpy.concatenate([edges[:, 1], seeds[:, 0]])
length = numpy.concatenate([edges[:, 2], seeds[:, 1]]).astype(float)
length[length == 0] = 1e-6
graph = csr_matrix((length, (first, second)), shape=(count + len(seeds),) * 2)
gates = numpy.arange(count, count + len(seeds))
found, seconds = best(
    lambda: dijkstra(graph, directed=False, indices=gates, limit=bound + 0.5, min_only=True)
)
rounded = numpy.where(numpy.isfinite(found[:count]), numpy.rint(found[:count]), -1).astype(numpy.int64)
wrong = numpy.flatnonzero(rounded != nodes[:, 2])
if len(wrong):
    sys.exit(f"scipy: {len(wrong)} nodes differ, first {wrong[0]}: {rounded[wrong[0]]} {nodes[wrong[0], 2]}")
print(f"scipy\t{seconds}", flush=True)
if "pandana" in peers:
    try:
        import pandana
    except ImportError as missing:
        sys.exit(f"pandana: not measured, {missing}")
    import pandas

    # Some networks it never ends with: the process ends itself then, and what it said so far counts.
    signal.alarm(PATIENCE)
    begun = time.perf_counter()
    network = pandana.Network(
        pandas.Series(nodes[:, 0] / 1e7),
        pandas.Series(nodes[:, 1] / 1e7),
        pandas.Series(edges[:, 0]),
        pandas.Series(edges[:, 1]),
        pandas.DataFrame({"cm": edges[:, 2].astype(float)}),
    )
    print(f"pandana: {time.perf_counter() - begun:.1f} s to contract {count} nodes", file=sys.stderr, flush=True)
    at = nodes[seeds[:, 0]]
    network.set_pois("gate", bound, 1, pandas.Series(at[:, 0] / 1e7), pandas.Series(at[:, 1] / 1e7))
    found, seconds = best(lambda: network.nearest_pois(bound, "gate", num_pois=1))
    print(f"pandana\t{seconds}")
