from generation.admin import campaigns, effects, jobs, moderation, moderation_lists, teams

__all__ = ["campaigns", "effects", "jobs", "moderation", "moderation_lists", "teams"]
