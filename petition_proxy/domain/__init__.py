"""Pure rules of online petition proxy: no framework, no clock, no database.

Every function takes plain values and returns a value or raises a `petition_proxy.domain.errors.DomainError`.
"""
