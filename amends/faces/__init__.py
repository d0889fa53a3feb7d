"""What the faces share: tag library, the frames' context, form fields, charts, pages of refusal. No page of its own but the style guide."""
