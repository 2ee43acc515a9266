from generation.admin import jobs, moderation, moderation_lists

__all__ = ["jobs", "moderation", "moderation_lists"]
