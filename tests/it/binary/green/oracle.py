"""Computes the distances of `luyuan green --graph-out FOLDER` again with networkx, and compares.

Nothing is shared with the program but the graph: every edge on which a gate or a door lies is really
split there, so that gates and doors are nodes like all others. Every node and every door must be
equal to the centimetre, and be within the bound or not by both.
"""

import csv
import pathlib
import sys
from collections import defaultdict

import networkx


def table(folder, name):
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file))


def add(graph, a, b, cm):
    """Of several edges between two nodes the shortest counts."""
    if a != b and (not graph.has_edge(a, b) or graph[a][b]["cm"] > cm):
        graph.add_edge(a, b, cm=cm)


def build(folder, points):
    """The network, split at the feet of points: {name of a node: row with a, b, to_a_cm, …}."""
    graph = networkx.Graph()
    graph.add_nodes_from(int(row["node"]) for row in table(folder, "nodes.csv"))
    on_edge = defaultdict(list)
    for name, row in points.items():
        a, b = int(row["a"]), int(row["b"])
        to_a, to_b, off = int(row["to_a_cm"]), int(row["to_b_cm"]), int(row["off_cm"])
        if a == b:
            add(graph, name, a, off)
            continue
        along = to_a if a < b else to_b
        on_edge[min(a, b), max(a, b)].append((along, to_a + to_b, name, off))
    for row in table(folder, "edges.csv"):
        a, b, cm = int(row["a"]), int(row["b"]), int(row["cm"])
        low, high = min(a, b), max(a, b)
        stops = [(0, low)]
        for along, length, name, off in sorted(on_edge.pop((low, high), []), key=lambda one: (one[0], str(one[2]))):
            assert length == cm, (name, length, cm)
            foot = ("foot", name)
            add(graph, foot, name, off)
            stops.append((along, foot))
        stops.append((cm, high))
        for (at, one), (then, other) in zip(stops, stops[1:]):
            add(graph, one, other, then - at)
    assert not on_edge, f"points on edges that are not there: {list(on_edge)[:3]}"
    return graph


def main(folder):
    doors = {("door", int(row["building"])): row for row in table(folder, "doors.csv")}
    for search in table(folder, "bounds.csv"):
        name, bound = search["search"], int(search["bound_cm"])
        gates = {("gate", int(row["gate"])): row for row in table(folder, f"gates-{name}.csv")}
        graph = build(folder, {**doors, **gates})
        found = {}
        if gates:
            found = networkx.multi_source_dijkstra_path_length(graph, set(gates), cutoff=bound, weight="cm")
        wrong, within = [], 0
        nodes = table(folder, f"found-{name}.csv")
        for row in nodes:
            ours = int(row["cm"]) if row["cm"] else None
            within += ours is not None
            if ours != found.get(int(row["node"])):
                wrong.append((int(row["node"]), ours, found.get(int(row["node"]))))
        buildings = table(folder, f"doors-{name}.csv")
        for row in buildings:
            ours, theirs = int(row["cm"]) if row["cm"] else None, found.get(("door", int(row["building"])))
            if ours != theirs:
                wrong.append((("door", int(row["building"])), ours, theirs))
        print(f"{name}: gates={len(gates)} nodes={len(nodes)} within={within} doors={len(buildings)} wrong={len(wrong)}")
        if wrong:
            sys.exit(f"not equal: {wrong[:5]}")


main(pathlib.Path(sys.argv[1]))
