"""Samples: the bounded buffer on disk, the shipper's target VictoriaMetrics, chart queries."""
