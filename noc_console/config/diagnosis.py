"""Limits of the verdict about a customer's line and router; each rule of ``domain.diagnosis`` names those it uses."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from noc_console.config.base import Model, Percent, Seconds
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.grouping import AREA_ONTS, AREA_WINDOW_S

Count = Annotated[int, Field(ge=1, le=1000)]
Celsius = Annotated[float, Field(ge=0, le=150)]


class Diagnosis(Model):
    """Thresholds of the verdict."""

    area_onts: Count = AREA_ONTS
    """So many ONTs of a PON port lost within ``area_window_s`` are an outage of the area."""
    area_window_s: Seconds = AREA_WINDOW_S
    ends_differ_db: Annotated[float, Field(gt=0, le=40)] = 6
    """Difference between what both ends lose on the same fibre that one of them must be wrong about."""
    noise_dbm: Annotated[float, Field(ge=-120, le=0)] = -75
    """WiFi noise above this is interference."""
    utilization_percent: Percent = 70
    """A WiFi channel that is busier than this is congested."""
    backhaul_signal_dbm: Annotated[float, Field(ge=-120, le=0)] = -75
    """A mesh node that hears its parent weaker than this stands too far away."""
    backhaul_utilization_percent: Percent = 60
    client_signal_dbm: Annotated[float, Field(ge=-120, le=0)] = -75
    """A WiFi client below this is too far from the router."""
    lan_port_mbps: Annotated[float, Field(gt=0, le=100_000)] = 100
    """A LAN port at this speed or below is slow."""
    short_uptime_s: Seconds = 900
    """A router that booted less than this ago, without our asking, has rebooted by itself."""
    cpu_percent: Percent = 90
    memory_percent: Percent = 90
    warm_celsius: Celsius = 50
    """An OLT, board, fan or SFP from here on is shown as warm ..."""
    hot_celsius: Celsius = 65
    """... and above this as hot."""
    section_age_s: Seconds = 3600
    """A router's section older than this proves nothing."""
    old_firmware: dict[str, str] = Field(default_factory=dict)
    """Model to the oldest firmware that is still good; what sorts below it is ageing."""

    @model_validator(mode="after")
    def _warm_before_hot(self) -> Self:
        if self.warm_celsius > self.hot_celsius:
            raise ValueError("warm_celsius must not be above hot_celsius")
        return self

    def domain(self) -> Limits:
        """The same as the domain knows it."""
        return Limits(**self.model_dump())
