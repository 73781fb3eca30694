"""The pages in the browser: the same neutral conversation as in chat, and what people look up."""
