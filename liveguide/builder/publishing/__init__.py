"""What a site tells machines: search engines, feed readers, language models, other sites."""
