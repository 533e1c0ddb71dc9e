"""Which regularisers matter for activation maximization on small networks; writes docs/maximization.md."""
