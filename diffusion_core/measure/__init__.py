"""How good a model is: by judges, by neighbours, by what it costs."""
