"""Sound: the same diffusion, over waves of 4,096 samples instead of pictures of 784 pixels."""
