"""What `manage.py serve` is made of: the first run, the web server, the worker, and who watches over them."""
