"""Looking into exported networks: inputs that people choose, upload or draw, and what the network makes of them."""
