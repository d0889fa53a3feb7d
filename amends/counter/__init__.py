"""The pages of those who are neither shop nor platform: workshops, technicians, carriers and suppliers, by role or by signed link."""
