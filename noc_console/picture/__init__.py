"""The one picture: what is known, as seen now.

Console, commands, wallboard and reports read the network from here and from nowhere else, so that they show one state,
one count and one verdict. The feed client brings updates, the clock is an argument, and nothing here asks a device.
"""
