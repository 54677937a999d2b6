"""What other programs hang on to a link when they pass it on.

Shops' feeds, social networks, newsletters and search engines count clicks that way. It is no
mistake of the reader's and means nothing to this app, so nobody needs to see it.
"""

from __future__ import annotations

PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "_ga", "_gl", "mc_")
NAMES = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid"),
        *("srsltid", "msclkid", "yclid", "ymclid", "ysclid", "twclid", "ttclid", "li_fat_id"),
        *("igshid", "igsh", "mibextid", "mkt_tok", "hsctatracking", "epik", "rdt_cid", "scid"),
        *("sccid", "s_cid", "cmpid", "ref", "ref_src", "ref_url", "referrer", "si", "spm", "trk"),
        *("wickedid", "irclickid", "irgwc", "zanpid", "vero_id", "vero_conv", "oly_anon_id"),
        *("oly_enc_id", "rb_clickid", "ml_subscriber", "ml_subscriber_hash", "_openstat"),
        *("yadclid", "guccounter", "guce_referrer", "guce_referrer_sig", "_branch_match_id"),
    }
)


def passed_on(name: str) -> bool:
    """Whether another program has put this setting into the address."""
    name = name.lower()
    return name in NAMES or name.startswith(PREFIXES)
