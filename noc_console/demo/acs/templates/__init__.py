"""The models of router that the simulation knows: which leaves they have, and what each holds.

Structure and leaf names follow real routers of these models; the values come from ``CpeState``.
"""

from noc_console.demo.acs.templates.huawei import HUAWEI_EG8145V5
from noc_console.demo.acs.templates.model import Leaf, Model
from noc_console.demo.acs.templates.tplink import TPLINK_XX230V
from noc_console.demo.acs.templates.zte import ZTE_F670L

MODELS = (HUAWEI_EG8145V5, ZTE_F670L, TPLINK_XX230V)

__all__ = ["HUAWEI_EG8145V5", "MODELS", "TPLINK_XX230V", "ZTE_F670L", "Leaf", "Model"]
