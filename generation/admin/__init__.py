from generation.admin import campaigns, effects, jobs

__all__ = ["campaigns", "effects", "jobs"]
