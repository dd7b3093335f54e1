"""Fixed-point arithmetic as TFLM computes it, over whole NumPy arrays. NumPy only; knows nothing of tensors or models."""
