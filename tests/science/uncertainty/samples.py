"""The budget that the description of the file format shows, with words added."""

EXAMPLE = """
model:                      # one or more outputs
  P: "V**2 / R * (1 + alpha*(T - 20))"
inputs:
  V:     {readings: [10.001, 10.003, 9.998, 10.002, 10.000], unit: V, description: 电压}
  R:     {distribution: normal, mean: 100.02, std: 4e-3, dof: 30, unit: Ω, source: NIM/2024-001}
  alpha: {distribution: rectangular, lower: 0.0037, upper: 0.0041}
  T:     {distribution: triangular, lower: 19, upper: 21}
  c:     {constant: 3.0}
correlations:
  - {a: V, b: R, r: 0.2}
coverage_probability: 0.95
"""
