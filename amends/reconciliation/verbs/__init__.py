"""What changes statements, comparisons and differences: taking, comparing, explaining."""
