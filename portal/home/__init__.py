"""The first page, the pages of trouble, and what every page is given.

A face: it owns no tables. What it shows of the wards comes from their cards (`Ward.home_cards`).
"""
