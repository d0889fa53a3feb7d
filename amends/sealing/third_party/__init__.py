"""What a third party gets to run: nothing in here may import anything but Python's standard library."""
