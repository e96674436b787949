"""SNMP notifications of OLTs: received, checked, understood. What follows from them is the collector's business."""
