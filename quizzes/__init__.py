"""The questions and what grades them: plain Python, which knows neither Streamlit nor the model."""
