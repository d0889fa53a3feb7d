"""What goes out to a consumer in place of something: an exchange, a resend, a replacement before the return arrives."""
