"""The ward of patients: the record, the care team, proxies, and who may reach whom.

It keeps each chart sealed under its patient's own key, and the links from which every other ward
derives its rights (`policy.reachable_patients`). Wards above may call `policy`, `selectors`,
`readings`, `actions` and the types of `ports`; its pages, forms and plugs are nobody's library.
It imports the ground only.
"""
