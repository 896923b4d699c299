"""The pages of those who run an app: per project, by role."""
