"""The page: runs while they run, their studies and networks, in a browser on this machine; it reads run folders only."""
