"""Fixed-point arithmetic as TFLM computes it, over whole NumPy arrays. It knows nothing of tensors or models."""
