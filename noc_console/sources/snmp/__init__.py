"""SNMP: codec, walker, vendor profiles."""
