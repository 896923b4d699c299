"""Auth configs and toolkits."""
