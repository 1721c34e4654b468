"""Maximal covering with HiGHS on the plain model: maximise residents covered, a demand is covered
only when a chosen site covers it, so many sites at most. One thread, no gap.

Usage: highs.py INSTANCE SECONDS; see `write` in src/bin/siting.rs for the file.
Prints: RESULT status value bound seconds
"""

import struct
import sys
import time

import highspy
import numpy as np

data = open(sys.argv[1], "rb").read()
candidates, demands, sites = struct.unpack_from("<3I", data, 0)
at = 12
weights = np.frombuffer(data, "<u8", demands, at).astype(float)
at += 8 * demands
starts, rows, values = [0], [], []
for _ in range(candidates):
    (count,) = struct.unpack_from("<I", data, at)
    rows += [np.frombuffer(data, "<u4", count, at + 4).astype(np.int32), np.array([demands], np.int32)]
    values.append(np.concatenate([-np.ones(count), [1.0]]))
    starts.append(starts[-1] + count + 1)
    at += 4 + 4 * count
# The demands' columns stand behind those of the candidates.
starts = np.concatenate([np.array(starts[:-1]), starts[-1] + np.arange(demands + 1)]).astype(np.int32)
rows.append(np.arange(demands, dtype=np.int32))
values.append(np.ones(demands))

model = highspy.HighsLp()
model.num_col_, model.num_row_ = candidates + demands, demands + 1
model.col_cost_ = np.concatenate([np.zeros(candidates), weights])
model.col_lower_, model.col_upper_ = np.zeros(candidates + demands), np.ones(candidates + demands)
model.row_lower_ = np.full(demands + 1, -highspy.kHighsInf)
model.row_upper_ = np.concatenate([np.zeros(demands), [float(sites)]])
model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
model.a_matrix_.start_ = starts
model.a_matrix_.index_ = np.concatenate(rows)
model.a_matrix_.value_ = np.concatenate(values)
model.sense_ = highspy.ObjSense.kMaximize
model.integrality_ = [highspy.HighsVarType.kInteger] * candidates + [highspy.HighsVarType.kContinuous] * demands

highs = highspy.Highs()
highs.setOptionValue("output_flag", False)
highs.setOptionValue("time_limit", float(sys.argv[2]))
highs.setOptionValue("threads", 1)
highs.setOptionValue("mip_rel_gap", 0.0)
highs.setOptionValue("mip_abs_gap", 0.5)
highs.passModel(model)
begun = time.time()
highs.run()
seconds = time.time() - begun
info = highs.getInfo()
status = highs.modelStatusToString(highs.getModelStatus()).replace(" ", "_")
print("RESULT", status, info.objective_function_value, info.mip_dual_bound, f"{seconds:.2f}")
