"""Modal screens: help, menu, quit, and the guarded dialog of dangerous actions. Data keeps flowing behind them."""
