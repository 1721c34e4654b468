"""From files to twenty chosen places with networkx: the files of src/bin/cold.rs are read, every
candidate is searched around, and places are chosen greedily (lazily: gains only shrink).

Usage: cold.py FOLDER METRES SITES
Prints: residents covered, seconds, kilobytes at most; separated by tabs
"""

import csv
import heapq
import pathlib
import resource
import sys
import time

import networkx as nx

begun = time.perf_counter()
folder, bound, sites = pathlib.Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])


def rows(name):
    with open(folder / name, newline="") as file:
        yield from csv.DictReader(file)


graph = nx.Graph()
for row in rows("network.csv"):
    ends = [(row["from_lon"], row["from_lat"]), (row["to_lon"], row["to_lat"])]
    graph.add_edge(*ends, weight=float(row["metres"]))
# Doors and candidates of this town stand on junctions, so that nothing has to be snapped.
doors = {}
for row in rows("buildings.csv"):
    at = (row["lon"], row["lat"])
    doors[at] = doors.get(at, 0) + int(row["residents"])
reach = []
for row in rows("candidates.csv"):
    found = nx.single_source_dijkstra_path_length(graph, (row["lon"], row["lat"]), cutoff=bound)
    reach.append([at for at in found if at in doors])
covered = set()


def gain(number):
    return sum(doors[at] for at in reach[number] if at not in covered)


waiting = [(-gain(number), number) for number in range(len(reach))]
heapq.heapify(waiting)
residents = 0
for _ in range(sites):
    while waiting:
        _, number = heapq.heappop(waiting)
        now = gain(number)
        if not waiting or now >= -waiting[0][0]:
            residents += now
            covered.update(reach[number])
            break
        heapq.heappush(waiting, (-now, number))
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(residents, f"{time.perf_counter() - begun:.3f}", most, sep="\t")
