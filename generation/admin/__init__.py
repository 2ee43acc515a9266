from generation.admin import campaigns, effects, jobs, moderation, moderation_lists

__all__ = ["campaigns", "effects", "jobs", "moderation", "moderation_lists"]
