"""The screens: each one shows the model from one side."""
