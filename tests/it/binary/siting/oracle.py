"""Solves a problem that `luyuan site --model-out` wrote with HiGHS and prints the optimum.

Usage: oracle.py MODEL
Prints: optimum=RESIDENTS
"""

import sys

import highspy

highs = highspy.Highs()
highs.setOptionValue("output_flag", False)
highs.setOptionValue("mip_rel_gap", 0.0)
highs.setOptionValue("mip_abs_gap", 0.5)
assert highs.readModel(sys.argv[1]) == highspy.HighsStatus.kOk, "the model cannot be read"
highs.run()
assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal, highs.getModelStatus()
print(f"optimum={round(highs.getInfo().objective_function_value)}")
