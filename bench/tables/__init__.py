"""Result tables, figures and pages, from the store and the papers' numbers alone (no JAX)."""
