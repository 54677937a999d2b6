import streamlit as st
st.title("Reverse")
