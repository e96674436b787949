"""The rules of the product: identities, units, freshness, states, jobs. Standard library only; time is an argument."""
